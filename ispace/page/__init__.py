"""What a published page says, put together before a template makes it HTML."""
