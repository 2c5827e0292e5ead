//! flipside
