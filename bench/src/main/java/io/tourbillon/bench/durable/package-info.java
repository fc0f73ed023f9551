/**
 * Durable timers, ours and those of a peer, behind one interface, and the databases that they are
 * stored in. A database is started for a measurement and removed after it.
 */
@NullMarked
package io.tourbillon.bench.durable;

import org.jspecify.annotations.NullMarked;
