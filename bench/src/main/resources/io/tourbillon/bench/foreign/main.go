// Command peer measures the timers of the Go runtime, as a peer of a timer library of the JVM.
//
//	peer version
//	peer <scenario> <size> <warmUpMillis> <measureMillis>
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"math/rand"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	clockEvery     = 1000 // operations between two looks at the clock
	yieldEvery     = 100  // operations between two passes through the scheduler
	sleepsEach     = 4
	patience       = 60 * time.Second // the time that overdue timers are waited for
	farAway        = time.Hour
	never          = math.MinInt64 // the lateness of a timer that has not run
	exitNoService  = 1
	exitBadUsage   = 2
	exitBrokenRule = 3
)

// plan is what the command line asks for.
type plan struct {
	size            int
	warmUp, measure time.Duration
}

// result is what a scenario found out; it is printed as JSON.
type result struct {
	Figures  map[string]float64 `json:"figures"`
	Lateness [][2]float64       `json:"lateness,omitempty"`
}

var scenarios = map[string]func(plan) result{
	"request-timeouts": requestTimeouts,
	"idle-timeouts":    idleTimeouts,
	"fire":             fire,
	"lateness":         fire,
	"sleepers":         sleepers,
	"idle":             idle,
	"timer-memory":     timerMemory,
	"coroutine-memory": coroutineMemory,
	"ten-million":      tenMillion,
	"ping-pong":        talk(pingPong),
	"stream":           talk(stream),
	"fan-in":           talk(fanIn),
	"select":           talk(choose),
	"mutex":            talk(mutex),
	"semaphore":        talk(semaphore),
	"spawn-and-join":   talk(spawnAndJoin),
	"with-timeout":     talk(withTimeout),
	"scope":            talk(scope),
	"uneven":           talk(uneven),
}

func main() {
	args := os.Args[1:]
	if len(args) == 1 && args[0] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	if len(args) != 4 {
		fail(exitBadUsage, "usage: peer version | peer <scenario> <size> <warmUpMillis> <measureMillis>")
	}
	scenario, known := scenarios[args[0]]
	if !known {
		fail(exitBadUsage, "unknown scenario: %s", args[0])
	}
	found := scenario(plan{
		size:    number(args[1], 1),
		warmUp:  time.Duration(number(args[2], 0)) * time.Millisecond,
		measure: time.Duration(number(args[3], 0)) * time.Millisecond,
	})
	must(json.NewEncoder(os.Stdout).Encode(found))
}

func number(arg string, least int) int {
	number, err := strconv.Atoi(arg)
	if err != nil || number < least {
		fail(exitBadUsage, "not a number of at least %d: %s", least, arg)
	}
	return number
}

func fail(code int, format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(code)
}

// must ends the program when the system did not do its part.
func must(err error) {
	if err != nil {
		fail(exitNoService, "%v", err)
	}
}

// check ends the program when a rule does not hold.
func check(holds bool, format string, args ...any) {
	if !holds {
		fail(exitBrokenRule, format, args...)
	}
}

// The scenarios.

func requestTimeouts(p plan) result {
	book := newBook(p.size, delay(p.size), 2*delay(p.size))
	book.armAll()
	book.churn(p.warmUp)
	spent := measured(func() int { return book.churn(p.measure) })
	book.cancelAll()
	return result{Figures: spent.perOperation()}
}

// delay is the least delay of a request's timeout. More than a million take long to arm, and none
// may be due before the end.
func delay(size int) time.Duration {
	if size > 1_000_000 {
		return 600 * time.Second
	}
	return 30 * time.Second
}

func idleTimeouts(p plan) result {
	timeout := p.warmUp + p.measure
	book := newBook(p.size, timeout*3/4, timeout)
	book.armAll()
	uses := twoPasses(p.size)
	book.pushOut(uses, timeout, p.warmUp)
	spent := measured(func() int { return book.pushOut(uses, timeout, p.measure) })
	book.cancelAll()
	return result{Figures: spent.perOperation()}
}

// twoPasses returns the places in a random order, and again in another one. Each eighth has the same
// places in both, so that no place is left alone for long.
func twoPasses(size int) []int {
	const parts = 8
	pass := rand.Perm(size)
	both := append(pass, pass...)
	for part := 0; part < parts; part++ {
		share := both[size+size*part/parts : size+size*(part+1)/parts]
		rand.Shuffle(len(share), func(i, j int) { share[i], share[j] = share[j], share[i] })
	}
	return both
}

func tenMillion(p plan) result {
	book := newBook(p.size, delay(p.size), 2*delay(p.size))
	arming := measured(book.armAll)
	book.churn(p.warmUp)
	spent := measured(func() int { return book.churn(p.measure) })
	cancelling := measured(book.cancelAll)
	figures := spent.perOperation()
	figures["armCpu"] = arming.cpuPerOperation()
	figures["cancelCpu"] = cancelling.cpuPerOperation()
	return result{Figures: figures}
}

func fire(p plan) result {
	round := newFiring(p.size, p.measure)
	warmUp(p.warmUp, func() {
		round.reset()
		round.run()
		checkLateness(round.late)
	})
	round.reset()
	spent := measured(round.run)
	checkLateness(round.late)
	return result{spent.cpuOnly(), distribution(round.late)}
}

func sleepers(p plan) result {
	delays := drawDelays(p.size*sleepsEach, p.measure/8, p.measure*3/8)
	late := make([]int64, len(delays))
	few := (p.size + 9) / 10 * sleepsEach
	warmUp(p.warmUp, func() {
		reset(late[:few])
		sleepRound(delays[:few], late[:few])
		checkLateness(late[:few])
	})
	reset(late)
	spent := measured(func() int { return sleepRound(delays, late) })
	checkLateness(late)
	return result{spent.cpuOnly(), distribution(late)}
}

// idle tells what a timer adds to a process at rest: reading the meters wakes threads, too.
func idle(p plan) result {
	bareCPU, bareSwitches := rest(p.measure)
	timer := time.AfterFunc(farAway, func() {})
	cpu, switches := rest(p.measure)
	check(timer.Stop(), "a timer must not run before it is due: 1 did")
	return result{Figures: map[string]float64{
		"cpuPercent":       100 * math.Max(0, float64(cpu-bareCPU)) / float64(p.measure),
		"wakeUpsPerSecond": math.Max(0, float64(switches-bareSwitches)) / p.measure.Seconds(),
	}}
}

// rest tells the CPU time and the voluntary context switches of a process that has nothing to do. A
// shell tells it when to read the meters, for with a timer of this runtime its monitor thread would
// wake as well, and look around some 50 times until that timer has run.
func rest(duration time.Duration) (int64, int64) {
	script := fmt.Sprintf("sleep 1; echo; sleep %f; echo", duration.Seconds())
	shell := exec.Command("sh", "-c", script)
	ticks, err := shell.StdoutPipe()
	must(err)
	must(shell.Start())
	tick := make([]byte, 1)
	_, err = ticks.Read(tick)
	must(err)
	before := usage()
	_, err = ticks.Read(tick)
	must(err)
	after := usage()
	must(shell.Wait())
	return int64(cpuTime(after) - cpuTime(before)), int64(after.Nvcsw - before.Nvcsw)
}

func timerMemory(p plan) result {
	timers := make([]*time.Timer, p.size)
	var ran atomic.Int64
	task := func() { ran.Add(1) }
	before := memory()
	for i := range timers {
		timers[i] = time.AfterFunc(farAway, task)
	}
	taken := memory() - before
	for i, timer := range timers {
		if !timer.Stop() {
			fail(exitBrokenRule, "a cancelled timer must be pending: number %d was not", i)
		}
		timers[i] = nil
	}
	time.Sleep(time.Second)
	left := memory() - before
	runtime.KeepAlive(timers)
	check(ran.Load() == 0, "no timer may run: %d did", ran.Load())
	return result{Figures: map[string]float64{"bytesEach": taken / float64(p.size), "bytesLeft": left}}
}

func coroutineMemory(p plan) result {
	before := memory()
	var started sync.WaitGroup
	started.Add(p.size)
	for i := 0; i < p.size; i++ {
		go func() {
			started.Done()
			time.Sleep(farAway)
		}()
	}
	started.Wait()
	// The last ones to start still have to fall asleep.
	time.Sleep(100 * time.Millisecond)
	taken := memory() - before
	return result{Figures: map[string]float64{"bytesEach": taken / float64(p.size)}}
}

// A book is a number of places, each of them with a pending timer that must never run.
type book struct {
	timers   []*time.Timer
	dice     random
	from, to time.Duration // the bounds of the delays
	used     int           // how often a timer was pushed out
	ran      atomic.Int64
	task     func()
}

func newBook(size int, from, to time.Duration) *book {
	b := &book{timers: make([]*time.Timer, size), dice: 1, from: from, to: to}
	b.task = func() { b.ran.Add(1) }
	return b
}

func (b *book) armAll() int {
	for i := range b.timers {
		b.timers[i] = b.arm()
	}
	return len(b.timers)
}

func (b *book) arm() *time.Timer {
	return time.AfterFunc(b.dice.microsBetween(b.from, b.to), b.task)
}

// churn cancels and arms anew at random places, as requests do that are answered in time. It yields
// as the goroutines of a server do, for only the scheduler clears stopped timers out of the heaps.
func (b *book) churn(duration time.Duration) int {
	operations := 0
	for end := clock() + int64(duration); operations == 0 || clock() < end; operations += clockEvery {
		for i := 0; i < clockEvery; i++ {
			if i%yieldEvery == 0 {
				runtime.Gosched()
			}
			place := b.dice.below(len(b.timers))
			if !b.timers[place].Stop() {
				fail(exitBrokenRule, "a cancelled timer must be pending: that of place %d was not", place)
			}
			b.timers[place] = b.arm()
		}
	}
	return operations
}

// pushOut visits the places in the given order over and over, as connections do that stay busy. It
// goes on where the call before has stopped.
func (b *book) pushOut(uses []int, timeout, duration time.Duration) int {
	operations := 0
	for end := clock() + int64(duration); operations == 0 || clock() < end; operations += clockEvery {
		for i := 0; i < clockEvery; i++ {
			place := uses[b.used%len(uses)]
			b.used++
			if !b.timers[place].Reset(timeout) {
				fail(exitBrokenRule, "a timer pushed out must be pending: that of place %d was not", place)
			}
		}
	}
	return operations
}

// cancelAll cancels the timers of all places, which shows that each of them was still pending.
func (b *book) cancelAll() int {
	pending := 0
	for _, timer := range b.timers {
		if timer.Stop() {
			pending++
		}
	}
	check(pending == len(b.timers), "a timer must be pending at each place: %d are", pending)
	check(b.ran.Load() == 0, "no timer may run: %d did", b.ran.Load())
	return pending
}

// firing is a round of timers. Its delays are made beforehand, as those of every subject are, and a
// task for each timer when it is armed; the clock is read once then, and once when it runs.
type firing struct {
	window    time.Duration
	delays    []time.Duration
	due, late []int64
	left      atomic.Int64
	done      chan struct{}
}

func newFiring(size int, window time.Duration) *firing {
	f := &firing{
		window: window,
		delays: drawDelays(size, 0, window),
		due:    make([]int64, size),
		late:   make([]int64, size),
	}
	return f
}

func (f *firing) task(i int) func() {
	return func() {
		f.late[i] = clock() - f.due[i]
		if f.left.Add(-1) == 0 {
			close(f.done)
		}
	}
}

func (f *firing) reset() {
	reset(f.late)
	f.left.Store(int64(len(f.late)))
	f.done = make(chan struct{})
}

// run arms all timers and waits until each has left its lateness. While it arms it yields, for due
// timers run where a goroutine gives way to the scheduler.
func (f *firing) run() int {
	for i, delay := range f.delays {
		if i%yieldEvery == 0 {
			runtime.Gosched()
		}
		f.due[i] = clock() + int64(delay)
		time.AfterFunc(delay, f.task(i))
	}
	select {
	case <-f.done:
	case <-time.After(f.window + patience):
		check(false, "all timers must fire: %d have not", f.left.Load())
	}
	return len(f.late)
}

// drawDelays draws delays from low on and below high, in nanoseconds.
func drawDelays(count int, low, high time.Duration) []time.Duration {
	drawn := make([]time.Duration, count)
	dice := random(1)
	for i := range drawn {
		drawn[i] = low + time.Duration(dice.below(int(high-low)))
	}
	return drawn
}

// sleepRound has goroutines sleep for these delays.
func sleepRound(delays []time.Duration, late []int64) int {
	var awake sync.WaitGroup
	for first := 0; first < len(late); first += sleepsEach {
		own := delays[first : first+sleepsEach]
		told := late[first : first+sleepsEach]
		awake.Add(1)
		go func() {
			defer awake.Done()
			for i, delay := range own {
				due := clock() + int64(delay)
				time.Sleep(delay)
				told[i] = clock() - due
			}
		}()
	}
	awake.Wait()
	return len(late)
}

func reset(late []int64) {
	for i := range late {
		late[i] = never
	}
}

// checkLateness needs no count of runs for each timer: as many runs as timers have been counted,
// so a timer that ran twice leaves the place of another one empty.
func checkLateness(late []int64) {
	for i, nanos := range late {
		if nanos == never {
			fail(exitBrokenRule, "each timer must run exactly once: number %d did not", i)
		}
		if nanos < 0 {
			fail(exitBrokenRule, "a timer must not be early: by %d ns", -nanos)
		}
	}
}

// percents are in thousandths, so that ranks are exact.
var percents = []int{0, 10_000, 25_000, 50_000, 75_000, 90_000, 95_000, 99_000, 99_500, 99_900,
	99_990, 99_999, 100_000}

// distribution gives the nearest-rank percentiles, and sorts late on the way.
func distribution(late []int64) [][2]float64 {
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	found := make([][2]float64, len(percents))
	for i, percent := range percents {
		rank := (percent*len(late) + 99_999) / 100_000
		if rank == 0 {
			rank = 1
		}
		found[i] = [2]float64{float64(percent) / 1000, float64(late[rank-1])}
	}
	return found
}

// The meters.

// spent is what a measured phase took, in nanoseconds.
type spent struct {
	operations int
	cpu, wall  int64
}

// measured runs a phase, which returns the number of its operations, on a collected heap, so that
// the garbage of the phase before is not on its account.
func measured(phase func() int) spent {
	runtime.GC()
	before, start := usage(), clock()
	operations := phase()
	after, end := usage(), clock()
	return spent{operations, cpuTime(after) - cpuTime(before), end - start}
}

func (s spent) cpuPerOperation() float64 {
	return float64(s.cpu) / float64(s.operations)
}

func (s spent) cpuOnly() map[string]float64 {
	return map[string]float64{"cpuPerOperation": s.cpuPerOperation()}
}

func (s spent) perOperation() map[string]float64 {
	return map[string]float64{
		"cpuPerOperation":  s.cpuPerOperation(),
		"wallPerOperation": float64(s.wall) / float64(s.operations),
	}
}

func warmUp(duration time.Duration, round func()) {
	end := clock() + int64(duration)
	round()
	for clock() < end {
		round()
	}
}

var birth = time.Now()

// clock reads the monotonic clock alone, whereas time.Now reads two.
func clock() int64 {
	return int64(time.Since(birth))
}

// usage is that of the whole process, so it includes the collector.
func usage() (usage syscall.Rusage) {
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage
}

func cpuTime(usage syscall.Rusage) int64 {
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// memory is what the heap and the stacks hold; the second collection sweeps what the first found.
func memory() float64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}

// random is a splitmix64 generator, which costs less than to read numbers drawn beforehand.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *random) below(bound int) int {
	high, _ := bits.Mul64(r.next(), uint64(bound))
	return int(high)
}

// microsBetween draws a delay in steps of a microsecond.
func (r *random) microsBetween(from, to time.Duration) time.Duration {
	steps := int((to - from) / time.Microsecond)
	return from + time.Duration(r.below(steps+1))*time.Microsecond
}
