/**
 * Generators: {@link io.tourbillon.coroutine.generator.Generator}, whose body hands out values one
 * by one through a {@link io.tourbillon.coroutine.generator.Yielder}, each when it is asked for.
 *
 * <pre>
 *   Generator ── held by who takes the values; closes when it is lost
 *     Exchange ─ whose turn it is; shared by both sides, and knows nothing of the Generator
 *   Yielder ──── held by the body, in a coroutine of its own
 * </pre>
 *
 * <p>The life of a step: the taker <b>asks</b>, by next, send or raise; the <b>body goes on</b>
 * from its yield; it <b>offers</b> a value at its next yield, or ends; the taker takes the {@link
 * io.tourbillon.coroutine.generator.Step}. Asking and offering are each a {@link
 * io.tourbillon.coroutine.Resumption}, so a taker that gives up has not taken the value, and the
 * next one gets it.
 *
 * <p>After Python's generators: PEP 255 (values), PEP 342 (send, raise, close) and PEP 380
 * (delegation), which have them from CLU and Icon.
 */
@NullMarked
package io.tourbillon.coroutine.generator;

import org.jspecify.annotations.NullMarked;
