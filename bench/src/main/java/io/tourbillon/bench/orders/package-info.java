/**
 * The demo of durable timers: orders expire unless they are paid in time, and the process that
 * keeps the timers is killed and started again in the middle.
 *
 * <p>{@link OrdersProgram} is that process: the timers, on an SQLite file. {@link OrdersDemo} runs
 * in another one: it starts the program, sends it orders and payments, kills it, and writes down
 * every answer in an {@link OrderBook}, which nothing in the killed process can change. At the end
 * the book is audited: each accepted order that was not paid has expired, none early, and none that
 * was paid.
 *
 * <p>The two processes speak in lines of text, see {@link OrdersProgram}.
 */
@NullMarked
package io.tourbillon.bench.orders;

import org.jspecify.annotations.NullMarked;
