"""What the clerks of each office do: by name through the façade, and by themselves when a file arrived or a day came."""
