"""How good the model is: measures on labelled sets, disguise, fairness, calibration, and peers on the same rows."""
