/**
 * What timers cost while they merely wait: memory, and the CPU of a service that has nothing to do.
 * Each subject is measured in a fresh JVM with the flags of {@link io.tourbillon.bench.ServerJvm}.
 *
 * <pre>
 *   java -jar bench/target/tourbillon.jar memory --timers 1000000
 *   java -jar bench/target/tourbillon.jar idle --seconds 5
 * </pre>
 */
@NullMarked
package io.tourbillon.bench.waiting;

import org.jspecify.annotations.NullMarked;
