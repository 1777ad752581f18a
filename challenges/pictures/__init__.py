"""A picture for every challenge, drawn of its own data: `python -m challenges.pictures [SLUG ...]`.

    a secret that everybody knows ── mint ──> a small edition ── picture.py: draw ──> Figure ── webp ──> picture.webp

The edition is thrown away, so that nothing drawn here is of use on any site. Only this package and the picture.py of
each challenge import matplotlib; the site serves the finished picture.webp.

    style    palette and type of the site, axes without furniture
    sheets   images of a dataset -> contact sheets
    sound    WAV -> spectrogram and waveform
"""
