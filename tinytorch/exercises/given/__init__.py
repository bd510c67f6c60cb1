"""Code that exercises begin with, which the chapters show."""
