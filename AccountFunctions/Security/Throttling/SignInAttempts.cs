namespace AccountFunctions.Security;

/// <summary>Counts the sign-ins that run at this moment in this process, by address.</summary>
public sealed class SignInAttempts
{
    private readonly Lock sync = new();
    private readonly Dictionary<string, Crowd> crowds = [];

    /// <summary>Dispose the attempt when it has its answer.</summary>
    public Attempt Begin(string addressKey)
    {
        lock (sync)
        {
            if (!crowds.TryGetValue(addressKey, out var crowd))
            {
                crowds.Add(addressKey, crowd = new Crowd());
            }

            crowd.Running++;
            crowd.Joined++;
            return new Attempt(this, addressKey, crowd);
        }
    }

    private void End(string addressKey, Crowd crowd)
    {
        lock (sync)
        {
            if (--crowd.Running == 0)
            {
                crowds.Remove(addressKey);
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
        private readonly string addressKey;
        private readonly Crowd crowd;
        private readonly bool first;
        private readonly int joined;

        internal Attempt(SignInAttempts attempts, string addressKey, Crowd crowd)
        {
            (this.attempts, this.addressKey, this.crowd) = (attempts, addressKey, crowd);
            (first, joined) = (crowd.Running == 1, crowd.Joined);
        }

        /// <summary>False once another attempt at the address has run beside this one.</summary>
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

        public void Dispose() => attempts.End(addressKey, crowd);
    }
}
