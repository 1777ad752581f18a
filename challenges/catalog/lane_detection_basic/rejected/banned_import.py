"""Brings a neural network to an exercise in geometry."""

import torch

print(torch.nn.Conv2d(3, 8, 3))
