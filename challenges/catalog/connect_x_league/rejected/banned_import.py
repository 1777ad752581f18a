import ctypes

from connectx_kit import run

run(lambda game: ctypes.c_int(game.legal()[0]).value)
