"""The pages on which a proposal is entered, part by part."""
