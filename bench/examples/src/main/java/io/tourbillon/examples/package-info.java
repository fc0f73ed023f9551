/**
 * Small programs to copy from: input and output in coroutines. Each awaits an operation of the JDK
 * or a library, and needs only the public classes of coroutine-core.
 *
 * <table>
 * <caption>The examples</caption>
 * <tr><th>what</th><th>on all engines, by await</th><th>on VIRTUAL_THREAD, plain blocking
 *     code</th></tr>
 * <tr><td>a TCP server</td><td>{@link io.tourbillon.examples.EchoServer}</td>
 *     <td>{@link io.tourbillon.examples.BlockingEchoServer}</td></tr>
 * <tr><td>a TCP client</td><td>{@link io.tourbillon.examples.EchoClient}</td>
 *     <td></td></tr>
 * <tr><td>an HTTP server</td><td>{@link io.tourbillon.examples.WebServer}, Jetty's, and {@link
 *     io.tourbillon.examples.NettyWebServer}, Netty's on the loops of the coroutines</td>
 *     <td>{@link io.tourbillon.examples.BlockingWebServer}, the JDK's</td></tr>
 * <tr><td>HTTP clients</td><td>{@link io.tourbillon.examples.Fetcher}</td><td></td></tr>
 * <tr><td>files</td><td>{@link io.tourbillon.examples.FileCopy}</td><td></td></tr>
 * </table>
 *
 * <p>Each has a {@code main} that runs it. The JVM determines the engine: {@code VIRTUAL_THREAD}
 * with the flag {@code --add-opens=java.base/java.lang=ALL-UNNAMED}, which the two blocking servers
 * need, and {@code PLAIN_THREAD} without it, or {@code HANDOFF} for loops inside Netty. The tests
 * run the awaiting examples on every engine, Netty's on those that give turns, and the blocking
 * servers on {@code VIRTUAL_THREAD}.
 */
@NullMarked
package io.tourbillon.examples;

import org.jspecify.annotations.NullMarked;
