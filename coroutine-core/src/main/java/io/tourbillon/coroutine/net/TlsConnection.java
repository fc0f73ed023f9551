package io.tourbillon.coroutine.net;

import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.sync.Mutex;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is encrypted by TLS, over a {@link TcpConnection}. The protocol itself is the
 * JDK's, or that of the provider of the {@link SSLContext}.
 *
 * <pre>{@code
 * InetSocketAddress server =
 *     Coroutines.blocking(() -> new InetSocketAddress("example.com", 443)); // Resolves the name.
 * TcpConnection tcp = TcpConnection.connect(server);
 * try (TlsConnection connection =
 *     TlsConnection.client(tcp, SSLContext.getDefault(), "example.com", 443)) {
 *   connection.write(request);
 *   connection.read(response);
 * }
 * }</pre>
 *
 * <p><b>Handshake.</b> The first read, write or {@link #shutdownOutput} does the handshake, or
 * {@link #handshake} does. It suspends for the peer, so put a limit around it: a silent peer never
 * ends it. If a limit or a cancellation ends a wait for the peer, the next call goes on from there.
 * If the handshake fails, an {@link SSLHandshakeException} tells why, the peer gets the alert of
 * TLS, and each later call throws the same.
 *
 * <p>The computations and the checks of certificates run by {@link Coroutines#blocking}. They take
 * milliseconds and may block in code of the user, such as a trust manager. On two busy loops,
 * delays of other coroutines were late by 20 ms in the 99th percentile; with the handshakes on the
 * loops themselves it was 100 ms, for the same CPU time. A cancellation interrupts a check that
 * blocks, and then the handshake fails.
 *
 * <p><b>End of the input.</b> A peer ends its output with a message, and then {@code read} returns
 * -1. If the bytes end without that message, somebody may have cut the connection: {@code read}
 * throws an {@link EOFException} that says so. Some peers never send the message; a program whose
 * protocol knows where its messages end may take the exception for the end.
 *
 * <p><b>End of the output.</b> {@link #shutdownOutput} sends the message and leaves the input open.
 * With TLS 1.3 the peer can go on to send. With TLS 1.2 its message ends both directions: the peer
 * must answer with its own end, and writes to a peer that has ended its output fail. {@link #close}
 * sends the message if that is possible without a wait, but not after a write that was cut off. A
 * server that speaks TLS 1.3 sends some bytes of its own after the handshake. If they arrive after
 * the close, the operating system resets the connection, and the peer may lose the last data. To be
 * sure that it gets all, call {@code shutdownOutput} and read until -1 before the close.
 *
 * <p><b>Failures.</b> After a failure of the protocol, such as a forged record or an alert of the
 * peer, reads and writes throw an {@link SSLException}. With TLS 1.3, a server may refuse the
 * certificate of a client after the client's handshake is complete; the client's next read tells. A
 * peer that sends a thousand requests of the protocol and lets nobody answer them also fails.
 *
 * <p><b>Cost.</b> An idle connection has no buffers. One that is used has one of 17 KB in each
 * direction, and up to 130 KB while it writes much. Data are sealed in records of up to 16 KB, and
 * a read returns data of one record, so a record should not be small: pass several small buffers to
 * one write.
 *
 * <p>Thread-safe as {@link Connection} says. A reader answers what the peer asks for, such as new
 * keys, and never waits for a writer to do so. So both sides may write much at the same time, as
 * long as each has a reader. The wrapped connection must not be used any more, except for its
 * options. As that one, this cannot serve coroutines of {@code NettyLoops}, where {@code
 * SslHandler} of Netty does.
 */
public final class TlsConnection implements Connection {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  // What users call, for exceptions.

  private static final String HANDSHAKE = "TlsConnection.handshake";
  private static final String READ = "TlsConnection.read";
  private static final String WRITE = "TlsConnection.write";
  private static final String SHUTDOWN = "TlsConnection.shutdownOutput";

  /** A peer that reads lets the answers go, so it never has more than some. */
  private static final int MOST_UNANSWERED = 1000;

  private final TcpConnection transport;
  private final SSLEngine engine;
  private final TlsRecords records;
  private final String name;

  /**
   * Held during the first handshake and, later, while tasks of the engine run. Holders of the other
   * two may wait for this one. The reverse is only done by the first handshake, which locks {@link
   * #writing} when nobody else can hold it but a close, which does not wait.
   */
  private final Mutex handshaking;

  /** Held to open records, also while that waits for input. */
  private final Mutex reading;

  /** Held to seal records and to send them, also while that waits for room. */
  private final Mutex writing;

  /** Whether the first handshake is complete. Written with {@link #handshaking} held. */
  private volatile boolean established;

  /**
   * The first failure of the protocol. Written by callers that see one; if two do at the same time,
   * either may stay.
   */
  private volatile @Nullable SSLException failure;

  /**
   * Whether sealed records are left, which nobody is sending. Written with {@link #writing} held.
   */
  private volatile boolean leftOver;

  /** Whether the operating system has refused to send. Guarded by {@link #writing}. */
  private boolean broken;

  /** Whether a write has ended after a part of it was sealed. Guarded by {@link #writing}. */
  private boolean cutOff;

  /** Whether this side has ended its output. Guarded by {@link #writing}. */
  private boolean outputEnded;

  /** Whether the peer has ended its output. Guarded by {@link #reading}. */
  private boolean inputEnded;

  /**
   * How many messages have come while an answer waits to be sealed. Guarded by {@link #reading}.
   */
  private int unanswered;

  private TlsConnection(TcpConnection transport, SSLEngine engine) {
    this.transport = transport;
    this.engine = engine;
    records = new TlsRecords(engine);
    name = "the TLS connection " + transport.addresses();
    handshaking = new Mutex("the handshake of " + name);
    reading = new Mutex("the reads of " + name);
    writing = new Mutex("the writes of " + name);
  }

  /**
   * Wraps the client's end of a connection. Sends nothing yet. The certificate of the server must
   * be trusted by the context, and must be for the host.
   *
   * @param host the name of the server, which is sent to it if it is a domain name, so that it can
   *     choose its certificate
   * @param port the port of the server; a session may be resumed that was made with the same host
   *     and port
   */
  public static TlsConnection client(
      TcpConnection connection, SSLContext context, String host, int port) {
    return client(connection, context, host, port, defaults -> {});
  }

  /**
   * Wraps the client's end of a connection, as {@link #client(TcpConnection, SSLContext, String,
   * int)} does, with other parameters.
   *
   * <pre>{@code
   * TlsConnection.client(tcp, context, host, port,
   *     parameters -> parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"}));
   * }</pre>
   *
   * @param settings changes the parameters; without a change, the algorithm to identify the server
   *     is {@code HTTPS}, and the rest is the default of the context
   */
  public static TlsConnection client(
      TcpConnection connection,
      SSLContext context,
      String host,
      int port,
      Consumer<? super SSLParameters> settings) {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(settings, "settings");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host must not be empty");
    }
    if (port < 0 || port > 0xFFFF) {
      throw new IllegalArgumentException("port must be from 0 to 65535: " + port);
    }
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    settings.accept(parameters);
    engine.setSSLParameters(parameters);
    return new TlsConnection(connection, engine);
  }

  /**
   * Wraps the server's end of a connection. Sends nothing yet.
   *
   * @param context has the key and the certificate of the server
   */
  public static TlsConnection server(TcpConnection connection, SSLContext context) {
    return server(connection, context, defaults -> {});
  }

  /**
   * Wraps the server's end of a connection, with other parameters. A server that speaks several
   * protocols of the application names them in its order of preference:
   *
   * <pre>{@code
   * TlsConnection connection = TlsConnection.server(tcp, context,
   *     parameters -> parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"}));
   * connection.handshake();
   * if (connection.applicationProtocol().orElse("http/1.1").equals("h2")) ...
   * }</pre>
   *
   * @param settings changes the parameters from the defaults of the context: {@link
   *     SSLParameters#setNeedClientAuth} demands a certificate of the client, for example
   */
  public static TlsConnection server(
      TcpConnection connection, SSLContext context, Consumer<? super SSLParameters> settings) {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(settings, "settings");
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    settings.accept(parameters);
    engine.setSSLParameters(parameters);
    return new TlsConnection(connection, engine);
  }

  /**
   * Wraps a connection with an engine that was prepared in all respects. For what {@link #client}
   * and {@link #server} cannot set. Note that an engine identifies no server unless its parameters
   * say how.
   *
   * @param engine is used by this connection alone, and has not begun
   * @throws IllegalArgumentException if the engine is neither in client nor in server mode
   */
  public static TlsConnection of(TcpConnection connection, SSLEngine engine) {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(engine, "engine");
    requireMode(engine);
    return new TlsConnection(connection, engine);
  }

  /**
   * Refuses an engine without a mode. An engine does not tell, but its {@code wrap} refuses to work
   * without a mode, and otherwise refuses a buffer that is read-only.
   */
  private static void requireMode(SSLEngine engine) {
    ByteBuffer nothing = ByteBuffer.allocate(0);
    try {
      SSLEngineResult _ = engine.wrap(nothing, nothing.asReadOnlyBuffer());
    } catch (ReadOnlyBufferException hasMode) {
      // As expected.
    } catch (IllegalStateException noMode) {
      throw new IllegalArgumentException(
          "engine must be in client or server mode, by setUseClientMode: " + engine, noMode);
    } catch (SSLException failure) {
      LOG.log(Level.DEBUG, "the handshake will tell", failure);
    }
  }

  // The handshake.

  /**
   * Does the first handshake, unless it is complete. Suspends until it is.
   *
   * @throws SSLHandshakeException if it fails or has failed: the peer is not trusted, does not
   *     trust this side, ends the connection, does not speak TLS, or has no protocol or cipher in
   *     common
   * @throws IOException if the connection fails
   * @throws ClosedChannelException if this connection is closed
   * @throws IllegalStateException if the caller is no coroutine
   * @throws UnsupportedOperationException if the scheduler of the caller has another clock than the
   *     system's, or is that of {@code NettyLoops}
   */
  public void handshake() throws IOException {
    transport.begin(HANDSHAKE);
    establish(HANDSHAKE);
  }

  /**
   * Does the first handshake, unless it is complete.
   *
   * @param method what the user has called
   */
  private void establish(String method) throws IOException {
    if (established) {
      return;
    }
    Suspension.checkCanSelect(method);
    handshaking.lock();
    try {
      if (!established) {
        lockWriting();
        try {
          shakeHands();
        } finally {
          unlockWriting();
        }
      }
    } finally {
      handshaking.unlock();
    }
  }

  private void shakeHands() throws IOException {
    requireNoFailure();
    try {
      flush(); // What a handshake that was cut off has left.
      while (!Coroutines.blocking(this::goOnWithHandshake)) {
        flush();
        receiveRecord();
      }
      flush();
      established = true;
    } catch (ClosedChannelException | SSLException clear) {
      throw clear;
    } catch (IOException unreachable) {
      throw failed(unreachable);
    } finally {
      if (failure != null) {
        boolean _ = trySend(); // The alert.
      }
    }
  }

  /** Runs on a platform thread. */
  private boolean goOnWithHandshake() throws SSLException {
    try {
      return records.shakeHands();
    } catch (SSLException | RuntimeException | Error problem) {
      SSLException failed = failed(problem);
      sealAlert();
      throw failed;
    }
  }

  /** Receives until the engine can go on, since to let it go on takes another thread. */
  private void receiveRecord() throws IOException {
    do {
      if (!receive()) {
        throw new EOFException("the peer has closed the connection");
      }
    } while (!records.hasRecord());
  }

  private void sealAlert() {
    try {
      boolean _ = records.sealOwn(Integer.MAX_VALUE);
    } catch (SSLException | RuntimeException none) {
      LOG.log(Level.DEBUG, "the failure of " + name + " was not sent", none);
    }
  }

  /**
   * Notes a failure of the protocol, after which the engine must not be used.
   *
   * @return an exception that names the connection
   * @throws Error if that is the problem
   */
  private SSLException failed(Throwable problem) {
    SSLException first = failure;
    SSLException named = first == null ? named(problem) : again(first);
    if (first == null) {
      failure = named;
    }
    if (problem instanceof Error error) {
      throw error;
    }
    return named;
  }

  private SSLException named(Throwable problem) {
    String reason = problem.getMessage() == null ? problem.toString() : problem.getMessage();
    SSLException named;
    if (established) {
      named = new SSLException(name + " has failed: " + reason);
    } else {
      named = new SSLHandshakeException("the handshake of " + name + " has failed: " + reason);
    }
    named.initCause(problem);
    return named;
  }

  private void requireNoFailure() throws SSLException {
    SSLException first = failure;
    if (first != null) {
      throw again(first);
    }
  }

  private static SSLException again(SSLException first) {
    String message = Objects.requireNonNull(first.getMessage(), "message");
    SSLException again =
        first instanceof SSLHandshakeException
            ? new SSLHandshakeException(message)
            : new SSLException(message);
    again.initCause(first);
    return again;
  }

  /**
   * Returns the session: the protocol, the cipher, and the certificates of both sides.
   *
   * @throws IllegalStateException if the first handshake is not complete
   */
  public SSLSession session() {
    requireEstablished();
    return engine.getSession();
  }

  /**
   * Returns the protocol of the application that both sides have agreed on, such as {@code h2}.
   * Empty if one side has named none. If both have, with none in common, the handshake fails.
   *
   * @throws IllegalStateException if the first handshake is not complete
   */
  public Optional<String> applicationProtocol() {
    requireEstablished();
    return Optional.ofNullable(engine.getApplicationProtocol())
        .filter(protocol -> !protocol.isEmpty());
  }

  private void requireEstablished() {
    if (!established) {
      throw new IllegalStateException("the handshake must be complete before: " + name);
    }
  }

  // Input.

  /**
   * {@inheritDoc}
   *
   * @throws EOFException if the peer ends the connection without the end of its output
   * @throws SSLException if the handshake or the protocol fails or has failed
   */
  @Override
  public int read(ByteBuffer buffer) throws IOException {
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("buffer must not be read-only: " + buffer);
    }
    transport.begin(READ);
    if (!buffer.hasRemaining()) {
      return 0;
    }
    establish(READ);
    reading.lock();
    try {
      return readSome(buffer);
    } finally {
      reading.unlock();
    }
  }

  private int readSome(ByteBuffer buffer) throws IOException {
    int start = buffer.position();
    while (true) {
      if (records.opened.moveTo(buffer) > 0 || buffer.position() > start) {
        return buffer.position() - start;
      }
      if (inputEnded) {
        return -1;
      }
      requireNoFailure();
      switch (open(buffer)) {
        case DATA -> sendAnswers();
        case PROGRESS -> {
          sendAnswers();
          limitUnanswered();
        }
        case END -> {
          inputEnded = true;
          sendAnswers();
        }
        case INCOMPLETE -> {
          if (!receive()) {
            throw new EOFException(
                name + " ended without a close_notify message; its input may be truncated");
          }
        }
        case TASK -> runTasks();
        case SEAL -> sealForReader();
      }
    }
  }

  /** A peer that asks again and again, and reads no answer, would fill the memory. */
  private void limitUnanswered() throws SSLException {
    unanswered = records.mustSeal() ? unanswered + 1 : 0;
    if (unanswered > MOST_UNANSWERED) {
      throw failed(
          new SSLException(
              "the peer must not send more than "
                  + MOST_UNANSWERED
                  + " messages of the protocol that it lets nobody answer"));
    }
  }

  private TlsRecords.Opened open(ByteBuffer buffer) throws SSLException {
    try {
      return records.open(buffer);
    } catch (SSLException | RuntimeException | Error problem) {
      SSLException failed = failed(problem);
      sendAnswers(); // The alert.
      throw failed;
    }
  }

  /**
   * Receives at least one byte. Suspends until there is one, and sends meanwhile what was left
   * over.
   *
   * @return false at the end
   */
  private boolean receive() throws IOException {
    transport.begin(READ); // Records without data must not hold the loop.
    while (true) {
      sendAnswers();
      int count;
      ByteBuffer tail = records.openReceived();
      try {
        count = transport.tryRead(tail);
      } finally {
        records.received.closeTail();
      }
      if (count != 0) {
        return count > 0;
      }
      records.received.releaseIfEmpty();
      records.opened.releaseIfEmpty();
      if (leftOver) {
        transport.awaitReadableOrWritable();
      } else {
        transport.awaitReadable();
      }
    }
  }

  private void runTasks() throws IOException {
    handshaking.lock();
    try {
      Coroutines.blocking(this::runTasksHere);
    } finally {
      handshaking.unlock();
    }
  }

  private void runTasksHere() throws SSLException {
    try {
      records.runTasks();
    } catch (RuntimeException | Error problem) {
      throw failed(problem);
    }
  }

  /** For engines that open nothing before they have sealed something, unlike the JDK's. */
  private void sealForReader() throws IOException {
    lockWriting();
    try {
      if (records.mustSeal() && !sealOwn()) {
        throw failed(new SSLException("the TLS engine must send something, but does not"));
      }
      flush();
    } finally {
      unlockWriting();
    }
  }

  // Output.

  /**
   * {@inheritDoc}
   *
   * @throws SSLException if the handshake or the protocol fails or has failed; or if the peer has
   *     ended its output, with TLS 1.2
   */
  @Override
  public void write(ByteBuffer... buffers) throws IOException {
    for (ByteBuffer each : buffers) {
      Objects.requireNonNull(each, "buffer");
    }
    transport.begin(WRITE);
    establish(WRITE);
    lockWriting();
    try {
      requireWritable();
      if (outputEnded) {
        throw TcpConnection.outputEnded(name);
      }
      writeAll(buffers);
    } finally {
      unlockWriting();
    }
  }

  private void requireWritable() throws IOException {
    requireNoFailure();
    if (cutOff) {
      throw new IOException("an earlier write to " + name + " was cut off in the midst");
    }
  }

  private void writeAll(ByteBuffer[] buffers) throws IOException {
    boolean begun = false;
    boolean complete = false;
    try {
      flush();
      int first = 0;
      while (first < buffers.length) {
        if (!buffers[first].hasRemaining()) {
          first++;
          continue;
        }
        SSLEngineResult result = seal(buffers, first);
        begun |= result.bytesConsumed() > 0;
        if (result.getStatus() == Status.CLOSED) {
          flush();
          throw closedByPeer();
        } else if (!TlsRecords.isProgress(result)) {
          runTasksOrFail(result);
        } else if (records.unsent.size() >= TlsRecords.BATCH_BYTES) {
          flush();
          transport.begin(WRITE); // A peer that is always ready must not hold the loop.
        }
      }
      boolean _ = sealOwn();
      flush();
      complete = true;
    } finally {
      cutOff |= begun && !complete;
    }
  }

  /** Seals one record of data from the buffers that have enough for it. */
  private SSLEngineResult seal(ByteBuffer[] buffers, int first) throws SSLException {
    int end = first;
    long bytes = 0;
    while (end < buffers.length && bytes < TlsRecords.BATCH_BYTES) {
      bytes += buffers[end].remaining();
      end++;
    }
    try {
      return records.seal(buffers, first, end - first);
    } catch (SSLException | RuntimeException | Error problem) {
      throw failed(problem);
    }
  }

  private boolean sealOwn() throws SSLException {
    try {
      return records.sealOwn(Integer.MAX_VALUE);
    } catch (SSLException | RuntimeException | Error problem) {
      throw failed(problem);
    }
  }

  private SSLException closedByPeer() {
    SSLException first = failure;
    return first == null
        ? new SSLException(name + " takes no more data: the peer has ended both directions")
        : again(first);
  }

  private void runTasksOrFail(SSLEngineResult stuck) throws IOException {
    if (stuck.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
      throw failed(
          new SSLException("the TLS engine takes no data in state " + stuck.getHandshakeStatus()));
    }
    runTasks();
  }

  /** Sends all that is sealed. Suspends while there is no room. */
  private void flush() throws IOException {
    while (!records.unsent.isEmpty()) {
      int before = records.unsent.size();
      transport.tryWrite(records.unsent.content());
      if (records.unsent.size() == before) {
        transport.awaitWritable();
      }
    }
  }

  /**
   * Sends what the operating system has room for. Never waits.
   *
   * @return true if some of it was sent
   */
  private boolean trySend() {
    int before = records.unsent.size();
    try {
      transport.tryWrite(records.unsent.content());
    } catch (IOException problem) {
      broken = true; // The next write or read tells.
    }
    return records.unsent.size() < before;
  }

  /**
   * Sends what the engine has to send by itself and what was left over, as far as that needs no
   * wait. If a writer is at it, the writer does so. Never throws.
   */
  private void sendAnswers() {
    boolean progress = true;
    while (progress && established && (leftOver || records.mustSeal()) && writing.tryLock()) {
      try {
        progress = records.sealOwn(TlsRecords.BATCH_BYTES);
        progress |= trySend();
      } catch (SSLException | RuntimeException problem) {
        SSLException _ = failed(problem);
        progress = false;
      } finally {
        noteLeftOver();
        writing.unlock();
      }
    }
  }

  private void lockWriting() {
    writing.lock();
    leftOver = false;
  }

  private void unlockWriting() {
    noteLeftOver();
    writing.unlock();
    sendAnswers(); // A reader may have needed the mutex meanwhile.
  }

  private void noteLeftOver() {
    leftOver = !broken && !records.unsent.isEmpty();
    records.unsent.releaseIfEmpty();
  }

  /**
   * {@inheritDoc}
   *
   * <p>With TLS 1.2, the peer cannot send any more either.
   *
   * @throws SSLException if the handshake or the protocol fails or has failed
   */
  @Override
  public void shutdownOutput() throws IOException {
    transport.begin(SHUTDOWN);
    establish(SHUTDOWN);
    lockWriting();
    try {
      requireWritable();
      flush();
      outputEnded = true;
      engine.closeOutbound();
      boolean _ = sealOwn();
      flush();
      transport.shutdownOutput();
    } finally {
      unlockWriting();
    }
  }

  // The rest.

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    transport.setOption(option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return transport.getOption(option);
  }

  @Override
  public SocketAddress remoteAddress() throws IOException {
    return transport.remoteAddress();
  }

  @Override
  public SocketAddress localAddress() throws IOException {
    return transport.localAddress();
  }

  @Override
  public void keepOpen() {
    transport.keepOpen();
  }

  @Override
  public boolean isOpen() {
    return transport.isOpen();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Tells the peer that the output ends, if no writer is waiting, no write was cut off, and the
   * operating system has room. Input that has arrived and that nobody has read is dropped.
   */
  @Override
  public void close() {
    if (!transport.isOpen()) {
      return;
    }
    try {
      endInOrder();
    } catch (OutOfMemoryError full) {
      // The peer is not told, but the connection must be closed in any case.
    } finally {
      transport.close();
    }
  }

  private void endInOrder() {
    if (writing.tryLock()) {
      try {
        sayGoodbye();
      } finally {
        writing.unlock();
      }
    }
    if (reading.tryLock()) {
      try {
        transport.discardInput();
      } finally {
        reading.unlock();
      }
    }
  }

  private void sayGoodbye() {
    if (!records.isBegun() || cutOff) {
      return;
    }
    boolean _ = trySend();
    if (failure == null && records.unsent.isEmpty()) {
      try {
        engine.closeOutbound();
        boolean _ = records.sealOwn(Integer.MAX_VALUE);
        boolean _ = trySend();
      } catch (SSLException | RuntimeException problem) {
        LOG.log(Level.DEBUG, "the end of " + name + " was not sent", problem);
      }
    }
  }

  /** Returns the addresses, for logs. */
  @Override
  public String toString() {
    return name;
  }
}
