"""The trainings of week 5, a few steps of each: a file comes out that loads and tells how it was made."""

import re
import sys

import face_autoencoders
import numpy as np
import pytest
import train_rq_vae
import train_vae
import train_vq_vae
from safetensors import safe_open
from safetensors.torch import load_file

from cnncourse.generative.residual_quantizer import RQVAE
from cnncourse.generative.vae import VAE
from cnncourse.generative.vector_quantizer import VQVAE

TOOLS = {"vae": (train_vae, VAE), "vq_vae": (train_vq_vae, VQVAE), "rq_vae": (train_rq_vae, RQVAE)}


@pytest.fixture
def faces(monkeypatch):
    """Put a hundred orange pictures in place of rendered faces, and print figures every fourth step."""
    pictures = np.broadcast_to(np.uint8([240, 120, 0]), (100, 32, 32, 3))
    for module in (face_autoencoders, *(tool for tool, _ in TOOLS.values())):
        monkeypatch.setattr(module, "studio_faces", lambda *_: pictures)
    monkeypatch.setattr(face_autoencoders, "REPORT", 4)
    monkeypatch.setattr(face_autoencoders, "WARM_UP", 1)


@pytest.mark.parametrize("name", TOOLS)
def test_a_short_training_writes_weights_that_load_and_tell_of_it(name, faces, monkeypatch, tmp_path, capsys):
    tool, model = TOOLS[name]
    out = tmp_path / f"{name}.safetensors"
    arguments = f"--faces 100 --steps 8 --batch 4 --rate 0.003 --seed 3 --out {out}".split()
    monkeypatch.setattr(sys, "argv", [f"train_{name}.py", *arguments])
    tool.main()
    model().load_state_dict(load_file(out))
    assert [file.name for file in tmp_path.iterdir()] == [out.name]
    said = re.findall(r"step (\d): loss (\d+\.\d+), PSNR", capsys.readouterr().out)
    assert [step for step, _ in said] == ["4", "8"]
    assert len({loss for _, loss in said}) == 2
    with safe_open(out, "pt") as file:
        facts = file.metadata()
    assert f"tools/train_{name}.py" in facts["command"]
    assert "--faces 100 --steps 8 --batch 4 --rate 0.003 --seed 3" in facts["command"]
    assert any("PSNR" in fact for fact in facts)


def test_the_rate_rises_to_its_full_height_and_falls_to_a_hundredth():
    group = {"lr": 0.0}
    optimizer = type("Optimizer", (), {"param_groups": [group]})
    rates = []
    for step in range(1000):
        face_autoencoders.set_rate(optimizer, 0.5, step, 1000)
        rates.append(group["lr"])
    assert rates[0] == pytest.approx(0.5 / face_autoencoders.WARM_UP, rel=1e-3)
    assert max(rates) == pytest.approx(0.45, abs=0.01)
    assert rates[-1] == pytest.approx(0.005, rel=0.01)
