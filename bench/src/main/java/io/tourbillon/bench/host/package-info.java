/**
 * The machine, this build, and the processes that commands start: {@link
 * io.tourbillon.bench.host.ChildProcess} runs programs one at a time and ends them on request,
 * {@link io.tourbillon.bench.host.LineProcess} talks to one while it runs.
 */
@NullMarked
package io.tourbillon.bench.host;

import org.jspecify.annotations.NullMarked;
