package io.tourbillon.coroutine;

/** What the wheel of a loop holds. */
interface Expiry {
  /** It is due. By the loop, which must not touch the wheel in it. */
  void expired();
}
