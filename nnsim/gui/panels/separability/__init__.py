"""The panel “One neuron?”."""
