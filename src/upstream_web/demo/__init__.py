"""The demonstration: invented people, bodies and plans over the synthetic force. Refused where people are real."""
