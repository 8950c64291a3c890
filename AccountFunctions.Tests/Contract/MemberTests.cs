using AccountFunctions.Accounts.Profile;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Tests.Contract;

public sealed class MemberTests
{
    [Fact]
    public void A_member_of_an_unreadable_type_is_found()
    {
        Assert.True(Member.IsUnreadableIn(typeof(WithNumber)));
        Assert.False(Member.IsUnreadableIn(typeof(UpdateDetailsRequest)));
        Assert.False(Member.IsUnreadableIn(typeof(LogoutRequest)));
    }

    private sealed record WithNumber(Member<string> Name, Member<int> Number);
}
