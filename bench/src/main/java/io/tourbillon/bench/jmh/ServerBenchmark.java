package io.tourbillon.bench.jmh;

import io.tourbillon.bench.ServerJvm;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What all benchmarks have in common: the JVM. Each benchmark sets the number of JVMs and further
 * flags in its own {@code Fork}, because JMH looks for each part of that annotation in the
 * superclasses.
 */
@State(Scope.Benchmark)
@Fork(
    jvmArgs = {
      ServerJvm.LEAST_HEAP,
      ServerJvm.MOST_HEAP,
      ServerJvm.COLLECTOR,
      ServerJvm.TOUCHED_HEAP,
      ServerJvm.UNSAFE_FOR_PEERS,
      ServerJvm.NATIVE_ACCESS
    })
public abstract class ServerBenchmark {}
