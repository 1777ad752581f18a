message_id,spam_prob
0a1b2c3d,0.5
