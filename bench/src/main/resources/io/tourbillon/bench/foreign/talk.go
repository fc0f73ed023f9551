package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	batch       = 100 // operations between two looks at the tally
	buffer      = 64
	permits     = 10
	many        = 100 // goroutines at one mutex, semaphore or channel
	unevenCount = 40  // goroutines of which every second one computes
	pieces      = 20  // pieces of a computation
	pieceSteps  = 500_000
	senderBits  = 7
	seed        = 88_172_645_463_325_252
	callLimit   = time.Minute
)

// tally counts the operations of goroutines that talk until it is over. Each of them has a counter,
// in a cache line of its own.
type tally struct {
	over  atomic.Bool
	ended sync.WaitGroup
	lines []line
}

type line struct {
	count atomic.Int64
	_     [120]byte
}

// newTally makes a tally for a number of goroutines that count.
func newTally(counters int) *tally {
	return &tally{lines: make([]line, counters)}
}

func (t *tally) start(body func()) {
	t.ended.Add(1)
	go func() {
		defer t.ended.Done()
		body()
	}()
}

// add is called by one goroutine for each counter, so it needs no atomic increment.
func (t *tally) add(counter, operations int) {
	count := &t.lines[counter].count
	count.Store(count.Load() + int64(operations))
}

func (t *tally) total() int {
	total := 0
	for i := range t.lines {
		total += int(t.lines[i].count.Load())
	}
	return total
}

func (t *tally) checkTotal(found int) {
	check(found == t.total(), "as many operations must have an effect as were counted, %d: %d",
		t.total(), found)
}

// talk measures goroutines that a function starts, on as many threads as the size says. They go on
// while the warm-up is over and the measurement is, so that neither start nor end counts.
func talk(start func() *tally) func(plan) result {
	return func(p plan) result {
		runtime.GOMAXPROCS(p.size)
		runtime.GC()
		t := start()
		time.Sleep(p.warmUp)
		before, startCPU, startWall := t.total(), cpuTime(usage()), clock()
		time.Sleep(p.measure)
		operations := t.total() - before
		wall, cpu := clock()-startWall, cpuTime(usage())-startCPU
		t.over.Store(true)
		done := make(chan struct{})
		go func() {
			t.ended.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(patience):
			check(false, "all goroutines must end: some did not")
		}
		for i := range t.lines {
			check(t.lines[i].count.Load() > 0, "each goroutine must do something: %d did not", i)
		}
		check(operations > 0, "an operation must end while it is measured: none did")
		return result{Figures: spent{operations, cpu, wall}.perOperation()}
	}
}

func pingPong() *tally {
	t := newTally(1)
	ping, pong := make(chan int), make(chan int)
	t.start(func() {
		for number := range ping {
			pong <- number + 1
		}
	})
	t.start(func() {
		last := 0
		for !t.over.Load() {
			for i := 0; i < batch; i++ {
				ping <- last
				last = <-pong
			}
			t.add(0, batch)
		}
		t.checkTotal(last)
		close(ping)
	})
	return t
}

// An inbox checks that the messages of each sender are numbered from 0 on. The last message of a
// sender says how many it has sent.
type inbox struct {
	next []int
	left int
}

func newInbox(senders int) *inbox {
	return &inbox{make([]int, senders), senders}
}

// accept returns false for the last message of the last sender.
func (b *inbox) accept(message int) bool {
	content := message
	if message < 0 {
		content = ^message
		b.left--
	}
	sender := content & (1<<senderBits - 1)
	if content>>senderBits != b.next[sender] {
		fail(exitBrokenRule, "sender %d must be at message %d: %d",
			sender, b.next[sender], content>>senderBits)
	}
	b.next[sender]++
	return b.left > 0
}

func (t *tally) startSender(channel chan<- int, sender int) {
	t.start(func() {
		sent := 0
		for !t.over.Load() {
			for i := 0; i < batch; i++ {
				channel <- (sent+i)<<senderBits | sender
			}
			sent += batch
		}
		channel <- ^(sent<<senderBits | sender)
	})
}

func stream() *tally {
	return sendersToOne(1)
}

func fanIn() *tally {
	return sendersToOne(many)
}

func sendersToOne(senders int) *tally {
	t := newTally(1)
	channel := make(chan int, buffer)
	for sender := 0; sender < senders; sender++ {
		t.startSender(channel, sender)
	}
	t.start(func() {
		box := newInbox(senders)
		for received := 1; box.accept(<-channel); received++ {
			if received%batch == 0 {
				t.add(0, batch)
			}
		}
	})
	return t
}

func choose() *tally {
	t := newTally(1)
	one, other := make(chan int), make(chan int)
	t.startSender(one, 0)
	t.startSender(other, 1)
	t.start(func() {
		box := newInbox(2)
		for received, goesOn := 1, true; goesOn; received++ {
			select {
			case message := <-one:
				goesOn = box.accept(message)
			case message := <-other:
				goesOn = box.accept(message)
			}
			if received%batch == 0 {
				t.add(0, batch)
			}
		}
	})
	return t
}

func mutex() *tally {
	t := newTally(many)
	var lock sync.Mutex
	guarded := 0
	var left atomic.Int32
	left.Store(many)
	for i := 0; i < many; i++ {
		i := i
		t.start(func() {
			for first := true; first || !t.over.Load(); first = false {
				for increment := 0; increment < batch; increment++ {
					lock.Lock()
					guarded++
					lock.Unlock()
				}
				t.add(i, batch)
				runtime.Gosched()
			}
			if left.Add(-1) == 0 {
				t.checkTotal(guarded)
			}
		})
	}
	return t
}

func semaphore() *tally {
	t := newTally(many)
	places := make(chan struct{}, permits)
	var inside atomic.Int32
	for i := 0; i < many; i++ {
		i := i
		t.start(func() {
			for first := true; first || !t.over.Load(); first = false {
				for permit := 0; permit < batch; permit++ {
					places <- struct{}{}
					if now := inside.Add(1); now > permits {
						fail(exitBrokenRule, "at most %d goroutines must have a permit: %d", permits, now)
					}
					runtime.Gosched()
					inside.Add(-1)
					<-places
				}
				t.add(i, batch)
			}
		})
	}
	return t
}

// repeated starts one goroutine, which repeats an operation on its own.
func repeated(operation func(), found func() int) *tally {
	t := newTally(1)
	t.start(func() {
		for !t.over.Load() {
			for i := 0; i < batch; i++ {
				operation()
			}
			t.add(0, batch)
		}
		t.checkTotal(found())
	})
	return t
}

func spawnAndJoin() *tally {
	children := 0
	return repeated(func() {
		next := make(chan int, 1)
		number := children
		go func() { next <- number + 1 }()
		children = <-next
	}, func() int { return children })
}

func withTimeout() *tally {
	calls := 0
	return repeated(func() {
		ctx, cancel := context.WithTimeout(context.Background(), callLimit)
		calls++
		runtime.Gosched()
		if err := ctx.Err(); err != nil {
			fail(exitBrokenRule, "a call must end within a minute: %v", err)
		}
		cancel()
	}, func() int { return calls })
}

func scope() *tally {
	ones, others := 0, 0
	return repeated(func() {
		var children sync.WaitGroup
		children.Add(2)
		go func() {
			defer children.Done()
			ones++
		}()
		go func() {
			defer children.Done()
			others++
		}()
		children.Wait()
	}, func() int {
		check(ones == others, "both children must run: %d and %d did", ones, others)
		return ones
	})
}

func uneven() *tally {
	expected := uint64(seed)
	for i := 0; i < pieces; i++ {
		expected = piece(expected)
	}
	t := newTally(unevenCount / 2)
	t.start(func() {
		for !t.over.Load() {
			t.unevenRound(expected)
		}
	})
	return t
}

func (t *tally) unevenRound(expected uint64) {
	var begun atomic.Int32
	var ended sync.WaitGroup
	ended.Add(unevenCount)
	for i := 0; i < unevenCount; i++ {
		i := i
		go func() {
			defer ended.Done()
			begun.Add(1)
			for begun.Load() < unevenCount {
				runtime.Gosched()
			}
			if i%2 == 0 {
				found := t.compute(i / 2)
				check(found == expected, "the computation must give %d: %d", expected, found)
			}
		}()
	}
	ended.Wait()
}

func (t *tally) compute(counter int) uint64 {
	state := uint64(seed)
	for i := 0; i < pieces; i++ {
		state = piece(state)
		t.add(counter, 1)
		runtime.Gosched()
	}
	return state
}

// piece computes for about a millisecond, in steps of which each depends on the one before.
func piece(state uint64) uint64 {
	for i := 0; i < pieceSteps; i++ {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
	}
	return state
}
