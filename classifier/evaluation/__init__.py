"""Says how good the model is: on labelled sets, on disguised texts, in fairness and calibration, and beside peers."""
