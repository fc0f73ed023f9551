package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.netty.NettyTimer;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.DefaultAsyncHttpClientConfig;
import org.asynchttpclient.Dsl;

/** AsyncHttpClient: its timer limits requests and reads, and closes idle connections. */
public final class AsyncHttpClientRecipe {
  private AsyncHttpClientRecipe() {}

  /**
   * The client does not stop a timer that it was given. When it is closed, it leaves a timer for up
   * to 30 s that looks for expired cookies, unless there is no cookie store. Stopping the
   * NettyTimer ends that one, too.
   */
  public static AsyncHttpClient client(
      TimeSource source, DefaultAsyncHttpClientConfig.Builder config) {
    return switch (source) {
      case Own _ -> Dsl.asyncHttpClient(config);
      case Tourbillon(TimerService timers, _) ->
          Dsl.asyncHttpClient(config.setNettyTimer(new NettyTimer(timers)));
    };
  }
}
