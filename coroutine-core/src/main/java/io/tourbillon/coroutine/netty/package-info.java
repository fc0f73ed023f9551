/**
 * Netty on the loops of coroutines. The only package that depends on Netty, which users add
 * themselves: {@code netty-common} for {@link io.tourbillon.coroutine.netty.NettyFutures}, and
 * {@code netty-transport} of Netty 4.2.8 or later for the rest.
 *
 * <pre>{@code
 * try (NettyLoops loops = NettyLoops.create()) {
 *   Channel server = new ServerBootstrap()
 *       .group(loops.group())
 *       .channel(NioServerSocketChannel.class)
 *       .childHandler(new ChannelInitializer<Channel>() {
 *         protected void initChannel(Channel channel) {
 *           channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(65_536));
 *           NettyMessages<FullHttpRequest> requests =
 *               NettyMessages.open(channel, FullHttpRequest.class, 16);
 *           loops.spawn(channel, () -> {
 *             try (requests) {
 *               for (FullHttpRequest request : requests) {      // suspends until there is one
 *                 NettyFutures.await(channel.writeAndFlush(answer(request)));
 *               }
 *             }
 *           });
 *         }
 *       })
 *       .bind(8080).sync().channel();
 *   ...
 * }
 * }</pre>
 *
 * <p><b>One thread.</b> A loop of {@link io.tourbillon.coroutine.netty.NettyLoops} is a loop of
 * coroutines and an {@code IoEventLoop} of Netty, in one thread. When it has nothing to do, it
 * rests in the selector of Netty, until a channel is ready, a coroutine or a task of Netty is due,
 * or another thread sends something. When it comes back, it gives turns to what is ready:
 * coroutines, and Netty.
 *
 * <pre>
 *   EventLoop ── rests in ── NettyPoller ── selects by ── NioIoHandler
 *                               │   events
 *                               v
 *                        the turn of Netty ── ChannelLoop.run ── pipelines, tasks, timers of Netty
 * </pre>
 *
 * <p><b>The turn of Netty.</b> Netty runs pipelines where it selects. Here it does not: {@code
 * EventCollector} stands between Netty and the handles of channels, and collects the events of the
 * selection. Then Netty gets a turn like a coroutine, in which it handles the events, runs its
 * tasks and expires its timers. So a slow handler counts as a busy loop, the watchdog reports it,
 * and the scheduling policy orders it among coroutines. On {@link
 * io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} the turn belongs to a virtual thread on the loop,
 * since a handler may wait for a lock (of an allocator or a logger, for example) for which a
 * coroutine of the same loop waits in line; on the thread of the loop both would wait forever. On
 * the other engines a coroutine that waits for such a lock blocks the loop as well, so the turn is
 * run by the thread of the loop.
 *
 * <p><b>{@code inEventLoop()} is true in the turn of Netty only</b>, on every engine. A coroutine
 * on the same loop is outside. It must be: a coroutine that calls into a pipeline could suspend
 * there, in a handler that waits for a lock or a delay, and another coroutine or Netty could enter
 * the same handler before it has returned. Handlers are written for calls that do not interleave.
 * So a {@code write} by a coroutine becomes a task of Netty for the same loop. This costs a small
 * object and a place in a queue, some hundred nanoseconds; no thread is switched and no system call
 * wakes anything, and the task runs as soon as the coroutine suspends and those before it have had
 * their turns. A coroutine that yields nothing for a millisecond delays its own writes.
 *
 * <p><b>What may block where.</b>
 *
 * <table>
 *   <caption>Waiting for Netty, and waiting in Netty</caption>
 *   <tr><th>call</th><th>outcome</th></tr>
 *   <tr><td>{@code NettyFutures.await(future)} in a coroutine</td><td>suspends the coroutine</td></tr>
 *   <tr><td>{@code future.sync()} or {@code await()} in a coroutine, VIRTUAL_THREAD</td><td>suspends
 *   the coroutine</td></tr>
 *   <tr><td>the same, CONTINUATION and HANDOFF</td><td>{@code BlockingOperationException} if the
 *   future belongs to a channel of this loop, as it could never complete; otherwise it blocks the
 *   loop. What the future stands for goes on: a {@code bind().sync()} that is refused still
 *   binds</td></tr>
 *   <tr><td>{@code bind()}, {@code connect()} or {@code register()} of a bootstrap in a
 *   coroutine</td><td>does not block, and returns a future to await; on CONTINUATION and HANDOFF it
 *   suspends the coroutine until the channel is registered, so that a {@code sync()} after it can be
 *   refused</td></tr>
 *   <tr><td>{@code sync()} in a handler</td><td>{@code BlockingOperationException}</td></tr>
 *   <tr><td>a suspending call, such as {@code delay}, in a handler</td><td>{@code
 *   IllegalStateException}; spawn a coroutine</td></tr>
 *   <tr><td>a call that waits in coroutines and in threads, such as {@code Channel.receive}, in a
 *   handler</td><td>{@code IllegalStateException} if it has to wait; on VIRTUAL_THREAD it waits, and
 *   stops all channels of the loop meanwhile</td></tr>
 *   <tr><td>a blocking call in a handler</td><td>stops all channels of the loop, as in Netty; on
 *   CONTINUATION and HANDOFF it stops the coroutines as well</td></tr>
 *   <tr><td>a task or handler that throws</td><td>Netty logs it or gives it to {@code
 *   exceptionCaught}; the loop goes on</td></tr>
 *   <tr><td>{@code eventLoop().schedule(...)}</td><td>runs in a turn of Netty when it is due; the loop
 *   ends its rest for it as exactly as for a coroutine</td></tr>
 *   <tr><td>{@code coroutine.net} on such a loop</td><td>{@code UnsupportedOperationException} at the
 *   first call: those sockets need a loop that rests in its own selector. Use a channel of Netty, or
 *   a {@code CoroutineScheduler} of its own</td></tr>
 * </table>
 *
 * <p><b>TLS.</b> {@code sslContext.newHandler(channel.alloc())}, as the first handler, does the
 * computations of the handshakes on the loop, where one takes milliseconds. {@code
 * newHandler(channel.alloc(), executor)} leaves them, and the checks of certificates, to a pool of
 * platform threads.
 *
 * <p><b>The end.</b> A close of the scheduler waits for the coroutines. Then each loop shuts its
 * part of Netty down: it runs the tasks that wait, closes the channels with their handlers, cancels
 * timers, and closes the selector; then its thread ends. A later virtual thread can restart the
 * loop for coroutines, but not for Netty.
 */
@NullMarked
package io.tourbillon.coroutine.netty;

import org.jspecify.annotations.NullMarked;
