package io.tourbillon.coroutine.internal.loop;

/** Something that other threads send to a loop and that it does at once, between turns: short. */
@FunctionalInterface
public interface Message extends Runnable {}
