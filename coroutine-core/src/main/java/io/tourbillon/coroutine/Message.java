package io.tourbillon.coroutine;

/** Something that other threads send to a loop and that it does at once, between turns: short. */
@FunctionalInterface
interface Message extends Runnable {}
