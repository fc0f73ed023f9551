/**
 * Bookkeeping of timers, delays and coroutines that does not trust the library: everything that was
 * accepted must end exactly once, and nothing may be early. {@link
 * io.tourbillon.bench.account.CheckedTimer} is a timer that enters itself in an {@link
 * io.tourbillon.bench.account.Account}; {@link io.tourbillon.bench.account.Accounts} adds accounts
 * up and compares them with the statistics of a service.
 *
 * <p>Nothing here allocates while it counts, because some users fill the heap.
 */
@NullMarked
package io.tourbillon.bench.account;

import org.jspecify.annotations.NullMarked;
