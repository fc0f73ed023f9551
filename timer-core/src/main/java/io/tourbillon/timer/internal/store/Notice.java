package io.tourbillon.timer.internal.store;

/** Tells the owner of a shard of a timer that it may not have seen. */
public record Notice(long id, Row row) {}
