//! Graphs as text and pictures.

mod text;
