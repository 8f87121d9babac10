// One picture that can be pointed at. The model's "frame" holds the whole picture; later changes arrive as patches
// (boxes of raw RGB) and are kept here, so that a second view, or one shown again, is complete at once.

const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", " "]);
const MOVED_BY_ARROWS = ".cnncourse-explorer :is(select, input, .noUi-handle)";
const UNNAMED = ".cnncourse-controls :is(.noUi-handle, .widget-readout, .widget-text input)";
const PLAYER = ["Play or pause", "Stop", "Repeat"];
const PATIENCE_MS = 1000;

export default () => {
  const views = new Set();
  let image = null;
  let serial = -1;
  let waiting = 0; // when the last move was sent that Python has not answered yet
  let told = null; // what Python was told of the screen: fine or not
  let next = null; // the newest move, kept back meanwhile

  function spread(bytes, start, x, y, width, height) {
    const out = image.data;
    let from = start;
    for (let row = y; row < y + height; row++) {
      let to = 4 * (row * image.width + x);
      for (let column = 0; column < width; column++, to += 4) {
        out[to] = bytes[from++];
        out[to + 1] = bytes[from++];
        out[to + 2] = bytes[from++];
        out[to + 3] = 255;
      }
    }
    return from;
  }

  function load(model) {
    const frame = model.get("frame");
    image = new ImageData(frame.width, frame.height);
    spread(bytesOf(frame.pixels), 0, 0, 0, frame.width, frame.height);
    serial = frame.serial;
    for (const view of views) view.whole();
  }

  function patch(model, message, buffer) {
    if (message.serial !== serial + 1) return model.send({ kind: "ready", serial });
    const bytes = bytesOf(buffer);
    let from = 0;
    for (const [x, y, width, height] of message.boxes) from = spread(bytes, from, x, y, width, height);
    serial = message.serial;
    for (const view of views) view.part(message.boxes);
  }

  // Moves are sent one at a time: the next leaves when Python has answered, and only the newest is kept.
  function move(model, event) {
    if (waiting && performance.now() - waiting < PATIENCE_MS) return void (next = event);
    waiting = performance.now();
    model.send(event);
  }

  function answered(model) {
    waiting = 0;
    if (next) move(model, next);
    next = null;
  }

  function now(model, event) {
    if (next) model.send(next);
    next = null;
    waiting = performance.now();
    model.send(event);
  }

  function listen(canvas, model) {
    let pressed = false;
    let queued = null;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const inside = (value, size) => Math.min(Math.max(value, 0), size);
      const { width, height } = shownSize(model);
      return {
        x: inside(((event.clientX - box.left) * width) / box.width, width),
        y: inside(((event.clientY - box.top) * height) / box.height, height),
      };
    };
    const onFrame = (event) => {
      if (!queued) {
        requestAnimationFrame(() => {
          if (queued) move(model, queued);
          queued = null;
        });
      }
      queued = event;
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!model.get("interactive") || event.button !== 0) return;
      pressed = true;
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      now(model, { kind: "click", ...at(event) });
    });
    canvas.addEventListener("pointermove", (event) => {
      if (pressed) onFrame({ kind: "drag", ...at(event) });
      else if (model.get("hover")) onFrame({ kind: "hover", ...at(event) });
    });
    const release = (event) => {
      if (!pressed) return;
      pressed = false;
      if (queued) next = queued;
      queued = null;
      now(model, { kind: "release", ...at(event) });
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => {
      if (!pressed && model.get("hover")) onFrame({ kind: "hover", x: -1, y: -1 });
    });
    canvas.addEventListener("keydown", (event) => {
      if (!model.get("interactive") || !KEYS.has(event.key) || !isPlain(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const message = { kind: "key", x: 0, y: 0, key: event.key };
      if (event.repeat) move(model, message);
      else now(model, message);
    });
  }

  // A picture that is shown smaller than it was made for, or on a screen finer than CSS pixels, needs all its pixels.
  function watch(canvas, model) {
    const look = () => {
      const fine = devicePixelRatio > 1.2 || canvas.clientWidth + 1 < shownSize(model).width;
      if (canvas.clientWidth && fine !== told) model.send({ kind: "screen", fine });
      if (canvas.clientWidth) told = fine;
    };
    const observer = new ResizeObserver(look);
    observer.observe(canvas, { box: "device-pixel-content-box" });
    return observer;
  }

  // The picture may stand in its explorer before the controls do: they are named whenever something is added.
  function watchControls(canvas) {
    let explorer = null;
    const observer = new MutationObserver(() => nameControls(explorer));
    const placed = new ResizeObserver(() => {
      placed.disconnect();
      explorer = canvas.closest(".cnncourse-explorer");
      if (!explorer) return;
      nameControls(explorer);
      observer.observe(explorer, { childList: true, subtree: true });
    });
    placed.observe(canvas);
    return observer;
  }

  function describe(canvas, model) {
    const { width } = shownSize(model);
    canvas.style.width = `${width}px`;
    canvas.setAttribute("aria-label", model.get("alt"));
    canvas.tabIndex = model.get("interactive") ? 0 : -1;
    canvas.classList.toggle("cnncourse-interactive", model.get("interactive"));
  }

  return {
    initialize({ model }) {
      keepKeys();
      load(model);
      model.on("change:frame", () => load(model));
      model.on("msg:custom", (message, buffers) => {
        if (message.kind === "patch") patch(model, message, buffers[0]);
        else if (message.kind === "answered") answered(model);
      });
      model.send({ kind: "ready", serial });
    },

    render({ model, el }) {
      const canvas = document.createElement("canvas");
      canvas.className = "cnncourse-canvas";
      canvas.setAttribute("role", "img");
      const pen = canvas.getContext("2d", { alpha: false });
      const view = {
        whole() {
          if (canvas.width !== image.width || canvas.height !== image.height) {
            canvas.width = image.width;
            canvas.height = image.height;
          }
          describe(canvas, model);
          pen.putImageData(image, 0, 0);
        },
        part(boxes) {
          for (const [x, y, width, height] of boxes) pen.putImageData(image, 0, 0, x, y, width, height);
        },
      };
      const redescribe = () => describe(canvas, model);
      model.on("change:alt change:interactive", redescribe);
      views.add(view);
      view.whole();
      listen(canvas, model);
      el.append(canvas);
      const observers = [watch(canvas, model), watchControls(canvas)];
      return () => {
        for (const observer of observers) observer.disconnect();
        views.delete(view);
        model.off("change:alt change:interactive", redescribe);
      };
    },
  };
};

// JupyterLab hears a key before the page does, and its arrow keys go from cell to cell. While a plain key that moves the
// control in focus is on its way, that control keeps JupyterLab's shortcuts off.
function keepKeys() {
  if (window.cnncourseKeepsKeys) return;
  window.cnncourseKeepsKeys = true;
  const moves = (control, key) =>
    control.matches(".cnncourse-canvas") ? KEYS.has(key) : key.startsWith("Arrow") && control.matches(MOVED_BY_ARROWS);
  const keep = (event) => {
    if (!isPlain(event) || !(event.target instanceof Element) || !moves(event.target, event.key)) return;
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    setTimeout(() => event.target.removeAttribute("data-lm-suppress-shortcuts"));
  };
  window.addEventListener("keydown", keep, true);
}

// ipywidgets leaves sliders, fields beside no words, buttons in a row and the buttons of Play without a name, and tells a
// screen reader a slider's value as "3.00" where the learner reads "3 of 5".
function nameControls(explorer) {
  for (const control of explorer.querySelectorAll(UNNAMED)) {
    const row = control.closest(".widget-inline-hbox");
    const label = row.querySelector(".widget-label");
    control.setAttribute("aria-label", label.textContent.trim() || label.title);
    const readout = row.querySelector(".widget-readout");
    if (readout?.textContent && control !== readout) control.setAttribute("aria-valuetext", readout.textContent);
    if (control.isContentEditable) control.setAttribute("role", "textbox");
  }
  for (const group of explorer.querySelectorAll(".widget-toggle-buttons")) {
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", group.querySelector(".widget-label").textContent.trim());
  }
  for (const player of explorer.querySelectorAll(".widget-play"))
    player.querySelectorAll("button").forEach((button, place) => button.setAttribute("aria-label", PLAYER[place]));
}

function isPlain(event) {
  return !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
}

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function shownSize(model) {
  const { width, height, scale } = model.get("frame");
  return { width: width / scale, height: height / scale };
}
