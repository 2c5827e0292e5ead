//! flipside-models
