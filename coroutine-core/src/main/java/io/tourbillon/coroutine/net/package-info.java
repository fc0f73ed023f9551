/**
 * Sockets for coroutines, on every engine: TCP, UDP, Unix domain sockets, and TLS over them. A call
 * that would block suspends the coroutine, and its loop runs others. The loop itself waits for the
 * sockets, in a selector in which it rests, so no other thread is woken for them.
 *
 * <pre>{@code
 * TcpListener listener = TcpListener.open(new InetSocketAddress(8007));
 * scheduler.spawn(() -> {
 *   while (true) {
 *     TcpConnection connection = listener.accept();
 *     scheduler.spawn(() -> {
 *       try (connection) {
 *         echo(connection);
 *       }
 *     });
 *   }
 * });
 * ...
 * listener.close();     // The acceptor ends, and nothing is logged.
 * }</pre>
 *
 * <p><b>Limits and cancellation.</b> Every call that can suspend heeds {@link
 * io.tourbillon.coroutine.Coroutines#withTimeout} and cancellation. A {@code read} that a limit or
 * cancellation ends has consumed nothing; {@code readFully} may have filled part of the buffer. A
 * write ended this way may have sent a part; later writes are refused then, so close the
 * connection.
 *
 * <p><b>TLS.</b> A {@link io.tourbillon.coroutine.net.TlsConnection} encrypts a {@link
 * io.tourbillon.coroutine.net.TcpConnection}. Both are a {@link
 * io.tourbillon.coroutine.net.Connection}, so the same code serves both:
 *
 * <pre>{@code
 * TcpConnection tcp = listener.accept();
 * scheduler.spawn(() -> {
 *   try (TlsConnection connection = TlsConnection.server(tcp, context)) {
 *     Coroutines.withTimeout(Duration.ofSeconds(10), () -> connection.handshake());
 *     echo(connection);
 *   }
 * });
 * }</pre>
 *
 * <p><b>Peers that vanish.</b> A peer whose network or machine is gone sends nothing, not even an
 * end. A read from it waits until a limit passes, and a write does so when the buffers are full.
 * The option {@code SO_KEEPALIVE} ends such a read with an {@link java.io.IOException}: after two
 * hours, or after the seconds that the options {@code TCP_KEEPIDLE}, {@code TCP_KEEPINTERVAL} and
 * {@code TCP_KEEPCOUNT} of the JDK's {@code jdk.net.ExtendedSocketOptions} say. If the network
 * comes back before that, nothing is lost.
 *
 * <p><b>Close.</b> Any thread or coroutine may close a socket. Those that wait for it get an {@link
 * java.nio.channels.AsynchronousCloseException}. For those that accept or receive datagrams it is
 * an {@link io.tourbillon.coroutine.OrderlyEnd}: their coroutines have not failed. The address of a
 * listener or a UDP socket is free at once if a coroutine closes it on the loop that has waited for
 * it, and otherwise as soon as that loop has ended its turn.
 *
 * <p><b>Sockets that are left open.</b> A socket is in use by the coroutine that opened or accepted
 * it and by those that have called it. If all of them have ended and no other calls it within a
 * second, it is closed and a warning is logged. When an acceptor accepts the next connection, it
 * stops counting as a user of the previous one as soon as another coroutine has used that one. A
 * socket that a thread has opened or used is never closed so, and {@code keepOpen} exempts any
 * other.
 *
 * <p><b>Cost.</b> A read or write is tried first: a system call, as by a thread. One that must wait
 * costs a suspension, and one call of the selector serves all channels that are ready. While a
 * timer of the loop is due within a millisecond, the loop may find a channel ready up to a tenth of
 * a millisecond late.
 *
 * <p><b>Loops.</b> A socket belongs to no loop: the loop of the coroutine that waits for it watches
 * it. So a coroutine takes its sockets along when it moves to another loop, and two coroutines of
 * different loops may read and write the same connection.
 *
 * <p><b>Schedulers.</b> A scheduler with another clock, or of {@code NettyLoops}, cannot use these
 * sockets: the first call by one of its coroutines throws an {@link UnsupportedOperationException}.
 * On {@code NettyLoops}, use a channel of Netty, or give the sockets a {@link
 * io.tourbillon.coroutine.CoroutineScheduler} of their own.
 */
@NullMarked
package io.tourbillon.coroutine.net;

import org.jspecify.annotations.NullMarked;
