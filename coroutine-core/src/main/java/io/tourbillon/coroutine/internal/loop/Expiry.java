package io.tourbillon.coroutine.internal.loop;

/** What the wheel of a loop holds. */
public interface Expiry {
  /** It is due. By the loop, which must not touch the wheel in it. */
  void expired();
}
