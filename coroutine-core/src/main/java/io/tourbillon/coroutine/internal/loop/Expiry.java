package io.tourbillon.coroutine.internal.loop;

/** An entry in the wheel of a loop. */
public interface Expiry {
  /** Called by the loop when the entry is due. Must not use the wheel. */
  void expired();
}
