"""Detection: boxes, overlap, suppression, precision, anchors, windows, proposals, YOLO."""
