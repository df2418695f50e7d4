"""Source enters, trees of syntax leave: ``scout`` finds with ast, ``concrete`` confirms with libcst."""
