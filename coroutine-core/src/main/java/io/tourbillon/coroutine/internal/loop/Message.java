package io.tourbillon.coroutine.internal.loop;

/**
 * A short action that other threads send to a loop, which runs it between two turns. It must
 * allocate before it changes anything, since the loop runs it again if memory runs out.
 */
@FunctionalInterface
public interface Message extends Runnable {}
