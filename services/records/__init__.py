"""Tables, one module a subject. `services.records.all` imports every one of them."""
