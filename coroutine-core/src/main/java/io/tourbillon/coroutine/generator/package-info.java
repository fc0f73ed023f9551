/**
 * Generators: the body of a {@link io.tourbillon.coroutine.generator.Generator} yields values one
 * by one, each when it is asked for.
 *
 * <pre>
 *   Generator ── for the caller that takes the values; TwoWayGenerator also sends values in, raises
 *   |            exceptions and has a result; both are closed when they become unreachable
 *   Exchange ─── the state that both sides share; has no reference to the generator
 *   Yielder, TwoWayYielder ── for the body, in a coroutine of its own
 * </pre>
 *
 * <p>The life of a step: the taker <b>asks</b>, by next, send or raise; the body <b>proceeds</b>
 * from its yield; it <b>offers</b> a value at its next yield, or ends; the taker gets the {@link
 * io.tourbillon.coroutine.generator.Step}. To ask and to offer are each a wait by a {@link
 * io.tourbillon.coroutine.Resumption}, so a taker that gives up has not taken the value, and the
 * next one gets it.
 *
 * <p>After the generators of Python: PEP 255 (values), PEP 342 (send, raise, close) and PEP 380
 * (delegation), which has them from CLU and Icon.
 */
@NullMarked
package io.tourbillon.coroutine.generator;

import org.jspecify.annotations.NullMarked;
