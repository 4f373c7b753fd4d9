//! The frame of the window: top bar, navigation at the left, status at the bottom, the screen in the middle.
