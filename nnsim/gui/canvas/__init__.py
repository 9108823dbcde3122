"""The canvas: the network as a picture that can be edited."""
