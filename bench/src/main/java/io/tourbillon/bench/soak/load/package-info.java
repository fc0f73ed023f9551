/**
 * Heavy loads for a long time, a class for each; {@link io.tourbillon.bench.soak.load.Load} lists
 * them. They check the same promises as rounds with faults, and report rates, memory and times.
 *
 * <p>{@code Sockets} is spread over processes: it plans them ({@code SocketPlan}), orders them
 * about ({@code SocketWorkers}) and adds their reports up. Each is a {@code SocketWorker} that runs
 * a {@code SocketTraffic}: {@code EchoClients} whose servers are in the next process, and an {@code
 * EchoServer} for the clients of the one before.
 */
@NullMarked
package io.tourbillon.bench.soak.load;

import org.jspecify.annotations.NullMarked;
