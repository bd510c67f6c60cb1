from tinytorch.core.layers import *
from tinytorch.core.module import Module, ModuleList, Parameter, Sequential
