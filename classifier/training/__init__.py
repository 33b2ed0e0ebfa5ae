"""Makes the model from the labelled sets; only this folder and `evaluation` import scikit-learn."""
