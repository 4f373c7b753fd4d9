//! What is known about the cluster, kept for a while.
