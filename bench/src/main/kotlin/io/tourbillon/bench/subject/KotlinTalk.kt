package io.tourbillon.bench.subject

import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield

private typealias Body = suspend CoroutineScope.() -> Unit

/**
 * The talks in kotlinx-coroutines. One thread is the loop of runBlocking, which is faster there
 * than a dispatcher is; more are Dispatchers.Default, whose threads a flag of the JVM sets.
 */
internal class KotlinTalk(private val threads: Int) : TalkSubject {
    private val scope = CoroutineScope(Dispatchers.Default)

    override fun start(talk: Talk, tally: Tally) = when (talk) {
        Talk.PING_PONG -> pingPong(tally)
        Talk.STREAM -> stream(tally, 1)
        Talk.FAN_IN -> stream(tally, Talk.MANY)
        Talk.SELECT -> select(tally)
        Talk.MUTEX -> mutex(tally)
        Talk.SEMAPHORE -> semaphore(tally)
        Talk.SPAWN_AND_JOIN -> start(tally, listOf { spawnAndJoin(tally) })
        Talk.WITH_TIMEOUT -> start(tally, listOf { withTimeout(tally) })
        Talk.SCOPE -> start(tally, listOf { scope(tally) })
        Talk.UNEVEN -> start(tally, listOf { uneven(tally) })
    }

    private fun start(tally: Tally, bodies: List<Body>) {
        if (threads == 1) {
            Thread.ofPlatform().daemon().name("run-blocking").start {
                runBlocking { bodies.forEach { launch { attend(tally, it) } } }
            }
        } else {
            bodies.forEach { scope.launch { attend(tally, it) } }
        }
    }

    /** Never throws, because a failure would cancel the other coroutines before it is reported. */
    private suspend fun CoroutineScope.attend(tally: Tally, body: Body) {
        try {
            body()
            tally.recordEnd()
        } catch (failure: Throwable) {
            tally.recordFailure(failure)
        }
    }

    private fun pingPong(tally: Tally) {
        val ping = Channel<Long>()
        val pong = Channel<Long>()
        start(
            tally,
            listOf(
                { while (answerBatch(ping, pong)) Unit },
                {
                    var last = 0L
                    while (!tally.isOver) {
                        last = askBatch(ping, pong, last)
                        tally.add(0, Tally.BATCH)
                    }
                    tally.requireTotal(last)
                    ping.send(END)
                },
            ),
        )
    }

    private suspend fun answerBatch(ping: Channel<Long>, pong: Channel<Long>): Boolean {
        repeat(Tally.BATCH) {
            val number = ping.receive()
            if (number == END) return false
            pong.send(number + 1)
        }
        return true
    }

    private suspend fun askBatch(ping: Channel<Long>, pong: Channel<Long>, first: Long): Long {
        var last = first
        repeat(Tally.BATCH) {
            ping.send(last)
            last = pong.receive()
        }
        return last
    }

    private fun stream(tally: Tally, senders: Int) {
        val channel = Channel<Long>(Talk.BUFFER)
        val receiver: Body = {
            val inbox = Inbox(senders)
            while (receiveBatch(channel, inbox)) tally.add(0, Tally.BATCH)
        }
        start(tally, List(senders) { sender(tally, channel, it) } + receiver)
    }

    private suspend fun receiveBatch(channel: Channel<Long>, inbox: Inbox): Boolean {
        repeat(Tally.BATCH) { if (!inbox.accept(channel.receive())) return false }
        return true
    }

    private fun select(tally: Tally) {
        val one = Channel<Long>()
        val other = Channel<Long>()
        val receiver: Body = {
            val inbox = Inbox(2)
            while (selectBatch(one, other, inbox)) tally.add(0, Tally.BATCH)
        }
        start(tally, listOf(sender(tally, one, 0), sender(tally, other, 1), receiver))
    }

    private suspend fun selectBatch(
        one: Channel<Long>,
        other: Channel<Long>,
        inbox: Inbox,
    ): Boolean {
        repeat(Tally.BATCH) {
            val message = select<Long> {
                one.onReceive { it }
                other.onReceive { it }
            }
            if (!inbox.accept(message)) return false
        }
        return true
    }

    private fun sender(tally: Tally, channel: Channel<Long>, sender: Int): Body = {
        var sent = 0L
        while (!tally.isOver) {
            sendBatch(channel, sender, sent)
            sent += Tally.BATCH
        }
        channel.send(Inbox.end(sender, sent))
    }

    private suspend fun sendBatch(channel: Channel<Long>, sender: Int, first: Long) =
        repeat(Tally.BATCH) { channel.send(Inbox.message(sender, first + it)) }

    private fun mutex(tally: Tally) {
        val mutex = Mutex()
        val guarded = LongArray(1)
        val left = AtomicInteger(Talk.MANY)
        start(
            tally,
            List(Talk.MANY) { number ->
                {
                    do {
                        incrementBatch(mutex, guarded)
                        tally.add(number, Tally.BATCH)
                        yield()
                    } while (!tally.isOver)
                    if (left.decrementAndGet() == 0) tally.requireTotal(guarded[0])
                }
            },
        )
    }

    private suspend fun incrementBatch(mutex: Mutex, guarded: LongArray) =
        repeat(Tally.BATCH) { mutex.withLock { guarded[0]++ } }

    private fun semaphore(tally: Tally) {
        val semaphore = Semaphore(Talk.PERMITS)
        val inside = AtomicInteger()
        start(
            tally,
            List(Talk.MANY) { number ->
                {
                    do {
                        holdBatch(semaphore, inside)
                        tally.add(number, Tally.BATCH)
                    } while (!tally.isOver)
                }
            },
        )
    }

    private suspend fun holdBatch(semaphore: Semaphore, inside: AtomicInteger) =
        repeat(Tally.BATCH) {
            semaphore.withPermit {
                BlockingTalk.requirePermitted(inside.incrementAndGet())
                yield()
                inside.decrementAndGet()
            }
        }

    private suspend fun CoroutineScope.spawnAndJoin(tally: Tally) {
        var children = 0L
        while (!tally.isOver) {
            children = joinBatch(children)
            tally.add(0, Tally.BATCH)
        }
        tally.requireTotal(children)
    }

    private suspend fun CoroutineScope.joinBatch(first: Long): Long {
        var children = first
        repeat(Tally.BATCH) {
            val number = children
            children = async { number + 1 }.await()
        }
        return children
    }

    private suspend fun withTimeout(tally: Tally) {
        val calls = LongArray(1)
        while (!tally.isOver) {
            callBatch(calls)
            tally.add(0, Tally.BATCH)
        }
        tally.requireTotal(calls[0])
    }

    private suspend fun callBatch(calls: LongArray) = repeat(Tally.BATCH) {
        withTimeout(LIMIT_MILLIS) {
            calls[0]++
            yield()
        }
    }

    private suspend fun scope(tally: Tally) {
        val ones = LongArray(1)
        val others = LongArray(1)
        while (!tally.isOver) {
            scopeBatch(ones, others)
            tally.add(0, Tally.BATCH)
        }
        tally.requireTotal(ones[0])
        tally.requireTotal(others[0])
    }

    private suspend fun scopeBatch(ones: LongArray, others: LongArray) = repeat(Tally.BATCH) {
        coroutineScope {
            launch { ones[0]++ }
            launch { others[0]++ }
        }
    }

    private suspend fun uneven(tally: Tally) {
        while (!tally.isOver) {
            val begun = AtomicInteger()
            coroutineScope {
                repeat(Talk.UNEVEN_COROUTINES) { number ->
                    launch {
                        begun.incrementAndGet()
                        while (begun.get() < Talk.UNEVEN_COROUTINES) yield()
                        if (number % 2 == 0) compute(tally, number / 2)
                    }
                }
            }
        }
    }

    private suspend fun compute(tally: Tally, counter: Int) {
        var state = Computation.SEED
        repeat(Computation.PIECES) {
            state = Computation.piece(state)
            tally.add(counter, 1)
            yield()
        }
        Computation.requireResult(state)
    }

    override fun close() = scope.cancel()

    private companion object {
        const val END = -1L
        const val LIMIT_MILLIS = 60_000L
    }
}
