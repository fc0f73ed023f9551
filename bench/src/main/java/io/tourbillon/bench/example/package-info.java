/**
 * Small programs to copy from: input and output by coroutines. Each takes what the JDK or a library
 * has, and waits for it; none needs more than the public classes of coroutine-core.
 *
 * <table>
 * <caption>The examples</caption>
 * <tr><th>what</th><th>on all engines, by await</th><th>on VIRTUAL_THREAD, plain blocking
 *     code</th></tr>
 * <tr><td>a TCP server</td><td>{@link io.tourbillon.bench.example.EchoServer}</td>
 *     <td>{@link io.tourbillon.bench.example.BlockingEchoServer}</td></tr>
 * <tr><td>a TCP client</td><td>{@link io.tourbillon.bench.example.EchoClient}</td>
 *     <td></td></tr>
 * <tr><td>an HTTP server</td><td>{@link io.tourbillon.bench.example.WebServer}, Jetty's</td>
 *     <td>{@link io.tourbillon.bench.example.BlockingWebServer}, the JDK's</td></tr>
 * <tr><td>HTTP clients</td><td>{@link io.tourbillon.bench.example.Fetcher}</td><td></td></tr>
 * <tr><td>files</td><td>{@link io.tourbillon.bench.example.FileCopy}</td><td></td></tr>
 * </table>
 *
 * <p>They are part of the program, so that one command runs each, on whichever engine ({@link
 * io.tourbillon.bench.example.ExampleCommand}), and its tests run each on all of them.
 */
@NullMarked
package io.tourbillon.bench.example;

import org.jspecify.annotations.NullMarked;
