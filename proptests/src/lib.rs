//! flipside-proptests
