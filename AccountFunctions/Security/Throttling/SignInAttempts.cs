namespace AccountFunctions.Security.Throttling;

/// <summary>Counts the sign-in attempts in progress in this process, by the address or device at which they count.</summary>
public sealed class SignInAttempts
{
    private readonly Lock sync = new();
    private readonly Dictionary<string, Crowd> crowds = [];

    /// <param name="key">The key of an address, or of a device.</param>
    public Attempt Begin(string key)
    {
        lock (sync)
        {
            if (!crowds.TryGetValue(key, out var crowd))
            {
                crowds.Add(key, crowd = new Crowd());
            }

            crowd.Running++;
            crowd.Joined++;
            return new Attempt(this, key, crowd);
        }
    }

    private void End(string key, Crowd crowd)
    {
        lock (sync)
        {
            if (--crowd.Running == 0)
            {
                crowds.Remove(key);
            }
        }
    }

    internal sealed class Crowd
    {
        public int Running { get; set; }

        public int Joined { get; set; }
    }

    public sealed class Attempt : IDisposable
    {
        private readonly SignInAttempts attempts;
        private readonly string key;
        private readonly Crowd crowd;
        private readonly bool first;
        private readonly int joined;

        internal Attempt(SignInAttempts attempts, string key, Crowd crowd)
        {
            (this.attempts, this.key, this.crowd) = (attempts, key, crowd);
            (first, joined) = (crowd.Running == 1, crowd.Joined);
        }

        /// <summary>False if another attempt with the same key ran at the same time.</summary>
        public bool IsAlone
        {
            get
            {
                lock (attempts.sync)
                {
                    return first && crowd.Joined == joined;
                }
            }
        }

        public void Dispose() => attempts.End(key, crowd);
    }
}
